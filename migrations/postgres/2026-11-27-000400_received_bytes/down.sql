DROP INDEX interchange_in_bytes;
