"""The citizen's web app: HTML pages and forms over the gateway's own rules and stores, made on the server."""
