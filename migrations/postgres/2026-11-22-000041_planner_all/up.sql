-- PostgreSQL keeps its figures of tables by itself.
SELECT 1;
