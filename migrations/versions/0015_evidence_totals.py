"""Make the tables of `evidence.totals`."""

revision = "0015"
down_revision = "0014"
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
