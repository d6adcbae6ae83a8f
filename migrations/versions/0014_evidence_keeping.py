"""Make the tables of `evidence.keeping`."""

revision = "0014"
down_revision = "0013"
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
