"""What crosses the gateway's HTTP border, in both directions."""
