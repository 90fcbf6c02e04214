"""The only HTTP door: what citizens, caseworker tools and suppliers send becomes an event."""
