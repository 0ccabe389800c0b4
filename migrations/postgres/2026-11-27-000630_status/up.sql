-- How often each component was looked at on a day (since 1970-01-01), and how often it did not work.
CREATE TABLE probe_day (
    component TEXT NOT NULL,
    day INTEGER NOT NULL,
    probes INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    PRIMARY KEY (component, day)
);

-- What the operator tells everybody: what went wrong, and what is planned.
CREATE TABLE incident (
    id INTEGER PRIMARY KEY NOT NULL,
    -- All of it, when absent.
    component TEXT,
    is_planned BOOLEAN NOT NULL,
    title TEXT NOT NULL,
    starts_at TIMESTAMPTZ NOT NULL,
    ends_at TIMESTAMPTZ
);
CREATE TABLE incident_note (
    incident INTEGER NOT NULL REFERENCES incident (id),
    number INTEGER NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    text TEXT NOT NULL,
    PRIMARY KEY (incident, number)
);
