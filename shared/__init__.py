"""What every service shares: the contracts, the delivery guarantee, storage and telemetry."""
