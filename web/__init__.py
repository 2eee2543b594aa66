"""The application: pages, API and the server."""
