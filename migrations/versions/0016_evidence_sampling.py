"""Make the tables of `evidence.sampling`."""

revision = "0016"
down_revision = "0015"
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
