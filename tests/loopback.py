"""What HTTP clients need to speak to this machine alone."""

import ssl

# Trusts nobody: to load the usual authorities takes 30 ms a client, and there are hundreds of clients.
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
