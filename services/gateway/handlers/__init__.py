"""What the gateway does without being asked: follows events, repeats what had no effect, sweeps orphans."""
