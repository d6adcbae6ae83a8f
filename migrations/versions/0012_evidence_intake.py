"""Make the tables of `evidence.intake`."""

revision = "0012"
down_revision = "0011"
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
