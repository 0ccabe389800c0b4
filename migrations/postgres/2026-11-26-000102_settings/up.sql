-- What an organization has set for itself, where the default does not suit. One row is one setting, as text; what is
-- not there has its default. Read into memory with the lists: a change raises the number in reference_state.
CREATE TABLE organization_setting (
    org TEXT NOT NULL REFERENCES organization (code),
    name TEXT NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (org, name)
);
