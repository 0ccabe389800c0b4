-- The program unpacks the texts before it takes this back.
SELECT 1;
