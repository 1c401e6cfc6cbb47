"""Whether a service is ready to be deployed: container, files, alerts, dashboard, staging, CI."""
