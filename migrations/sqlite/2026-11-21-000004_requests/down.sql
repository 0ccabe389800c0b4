DROP TABLE heartbeat;
DROP TABLE idempotency;
