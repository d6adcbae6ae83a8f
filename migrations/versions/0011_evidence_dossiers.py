"""Make the tables of `evidence.dossiers`."""

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    # generated: begin
    pass
    # generated: end


def downgrade() -> None:
    """Drop the tables."""
    # generated: begin
    pass
    # generated: end
