-- The schema's own history.

-- name: data_version
PRAGMA data_version;
-- name: migration_all
SELECT number, name, checksum FROM migration ORDER BY number;
-- name: migration_add
INSERT INTO migration (number, name, checksum, applied_at) VALUES (?1, ?2, ?3, ?4);
-- name: schema_what
SELECT (SELECT application_id FROM pragma_application_id), (SELECT count(*) FROM sqlite_schema),
       EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'migration');
