-- A picture's size as shown, in pixels; 0: no picture, or none that is understood.
ALTER TABLE media ADD COLUMN width INTEGER NOT NULL DEFAULT 0;
ALTER TABLE media ADD COLUMN height INTEGER NOT NULL DEFAULT 0;
-- Files taken before are looked at again, for theirs.
UPDATE source SET oid = '', stamp = '' WHERE role = 2;
