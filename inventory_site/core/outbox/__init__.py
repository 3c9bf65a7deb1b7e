"""The transactional outbox behind `inventory_site.core.tasks`."""
