"""netops: an approved request becomes a plan; the plan is applied under guard, verified, measured, documented and recorded."""

__version__ = "0.1.0"
