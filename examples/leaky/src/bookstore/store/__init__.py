"""All SQL of the service: functions that take an open connection and return typed values."""
