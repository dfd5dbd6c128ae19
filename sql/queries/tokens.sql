-- Tokens of the API.

-- name: token_add
INSERT INTO token (name, hash, scopes, created, expires) VALUES (?1, ?2, ?3, ?4, ?5);
-- name: token_by_hash
SELECT id, name, scopes, created, expires, used, revoked FROM token WHERE hash = ?1;
-- name: token_all
SELECT id, name, scopes, created, expires, used, revoked FROM token ORDER BY id;
-- name: token_revoke
UPDATE token SET revoked = ?2 WHERE id = ?1 AND revoked = 0;
-- name: token_has
SELECT 1 FROM token WHERE id = ?1;
-- name: token_used
UPDATE token SET used = ?2 WHERE id = ?1 AND used < ?2;
-- name: token_prune
DELETE FROM token WHERE (expires <> 0 AND expires < ?1) OR (revoked <> 0 AND revoked < ?1);
