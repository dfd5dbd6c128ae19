/* Media types by file ending: what may stand beside posts and be served to readers. */
#ifndef PLATEN_INGEST_MEDIA_TYPE_H
#define PLATEN_INGEST_MEDIA_TYPE_H

/* "image/png" for "a/b.PNG"; NULL for an ending that is not in the table. Any thread. */
const char *media_type_of(const char *path);

#endif
