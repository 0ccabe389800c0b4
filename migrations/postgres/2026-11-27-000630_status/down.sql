DROP TABLE incident_note;
DROP TABLE incident;
DROP TABLE probe_day;
