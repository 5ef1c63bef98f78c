"""The catalog's tables, as one script after the other has made them."""

from __future__ import annotations

# One script for each `user_version`; a new release appends, never edits.
MIGRATIONS = (
    """
    CREATE TABLE state (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        generation INTEGER NOT NULL,
        reserved_generation INTEGER NOT NULL,
        fingerprint TEXT NOT NULL,
        dimensions INTEGER NOT NULL
    );
    INSERT INTO state VALUES (1, 0, 0, '', 0);

    CREATE TABLE roots (
        name TEXT PRIMARY KEY,
        location TEXT NOT NULL UNIQUE
    );

    -- Canonical texts, kept after their document moved on so that old citations still open.
    -- The text is last: what stands before it is read without reading through it.
    CREATE TABLE versions (
        id TEXT PRIMARY KEY,
        characters INTEGER NOT NULL,
        sections TEXT NOT NULL,
        pages TEXT NOT NULL,
        stored_at TEXT NOT NULL,
        text TEXT NOT NULL
    );

    CREATE TABLE documents (
        id TEXT PRIMARY KEY,
        root TEXT NOT NULL REFERENCES roots (name),
        path TEXT NOT NULL,
        version TEXT NOT NULL REFERENCES versions (id),
        title TEXT NOT NULL,
        publisher TEXT, url TEXT, date TEXT, country TEXT, language TEXT, type TEXT,
        given_title TEXT,
        sha256 TEXT NOT NULL,
        size_bytes INTEGER NOT NULL,
        modified_ns INTEGER NOT NULL,
        reader TEXT NOT NULL,
        metadata_sha256 TEXT NOT NULL,
        indexed_at TEXT NOT NULL,
        removed_at TEXT
    );
    CREATE INDEX documents_by_version ON documents (version) WHERE removed_at IS NULL;

    -- Which versions a document has shown, and from which bytes.
    CREATE TABLE history (
        document TEXT NOT NULL REFERENCES documents (id),
        version TEXT NOT NULL REFERENCES versions (id),
        sha256 TEXT NOT NULL,
        reader TEXT NOT NULL,
        since TEXT NOT NULL,
        PRIMARY KEY (document, version, sha256, reader)
    );
    CREATE INDEX history_by_version ON history (version);

    -- Passages of the versions that a live document shows today.
    CREATE TABLE passages (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        version TEXT NOT NULL REFERENCES versions (id),
        start INTEGER NOT NULL,
        "end" INTEGER NOT NULL,
        text TEXT NOT NULL,
        context TEXT NOT NULL,
        sentences TEXT NOT NULL,
        language TEXT NOT NULL,
        embedded_sha256 TEXT NOT NULL,
        UNIQUE (version, start, "end")
    );
    CREATE INDEX passages_by_language ON passages (language);

    CREATE TABLE embeddings (
        fingerprint TEXT NOT NULL,
        text_sha256 TEXT NOT NULL,
        vector BLOB NOT NULL,
        PRIMARY KEY (fingerprint, text_sha256)
    );

    -- Passages that the derived stores may still hold: to be deleted there, then forgotten here.
    CREATE TABLE departed (number INTEGER PRIMARY KEY);

    CREATE TABLE failures (
        root TEXT NOT NULL,
        path TEXT NOT NULL,
        reason TEXT NOT NULL,
        size_bytes INTEGER NOT NULL,
        modified_ns INTEGER NOT NULL,
        reader TEXT NOT NULL,
        seen_at TEXT NOT NULL,
        PRIMARY KEY (root, path)
    );
    """,
    # Until when a document showed a version; NULL while it does. Of what an older release left,
    # the time is not known: when the document last changed is the latest that it can be.
    """
    ALTER TABLE history ADD COLUMN until TEXT;
    UPDATE history SET until = (
        SELECT coalesce(d.removed_at, d.indexed_at) FROM documents d WHERE d.id = history.document
    ) WHERE NOT EXISTS (
        SELECT 1 FROM documents d WHERE d.id = history.document AND d.version = history.version
        AND d.removed_at IS NULL
    );
    """,
    """
    -- What web servers said last. Outside of generations: it counts only beside the sha256 of what
    -- is indexed, so a crash between the two costs a download.
    CREATE TABLE fetches (
        url TEXT PRIMARY KEY,
        final_url TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        size_bytes INTEGER NOT NULL,
        first_seen_ns INTEGER NOT NULL,
        ending TEXT NOT NULL,
        etag TEXT NOT NULL,
        last_modified TEXT NOT NULL,
        checked_at TEXT NOT NULL,
        outcome TEXT NOT NULL
    );

    -- What a sources.toml names, so that an entry that was taken out of it is noticed.
    CREATE TABLE listed (
        list TEXT NOT NULL,
        root TEXT NOT NULL,
        path TEXT NOT NULL,
        PRIMARY KEY (list, root, path)
    );

    -- MinHash signatures, by how they were made; for texts that are nearly the same.
    CREATE TABLE signatures (
        version TEXT NOT NULL REFERENCES versions (id),
        kind TEXT NOT NULL,
        signature BLOB NOT NULL,
        PRIMARY KEY (version, kind)
    );
    """,
    """
    -- Where the characters of a version stand on the pages of a source, as `index.pages` packs
    -- it, and the sha256 of that source: other sources of the same text may be set otherwise.
    CREATE TABLE layouts (
        version TEXT PRIMARY KEY REFERENCES versions (id) ON DELETE CASCADE,
        sha256 TEXT NOT NULL,
        packed BLOB NOT NULL
    );
    """,
    """
    -- Who it is, and since which generation all that was true then is known. What an older release
    -- left has only its texts and their times.
    ALTER TABLE state ADD COLUMN index_id TEXT NOT NULL DEFAULT '';
    ALTER TABLE state ADD COLUMN known_since INTEGER NOT NULL DEFAULT 0;
    UPDATE state SET index_id = lower(hex(randomblob(16)));

    -- Every commit, with a random name: a copy that was put back goes on with the same numbers.
    CREATE TABLE generations (
        number INTEGER PRIMARY KEY,
        name TEXT NOT NULL,
        committed_at TEXT NOT NULL
    );
    INSERT INTO generations
    SELECT (SELECT reserved_generation FROM state) + row_number() OVER (ORDER BY time),
        lower(hex(randomblob(8))), time
    FROM (
        SELECT since AS time FROM history
        UNION SELECT until FROM history WHERE until IS NOT NULL
        UNION SELECT indexed_at FROM documents
        UNION SELECT removed_at FROM documents WHERE removed_at IS NOT NULL
    );
    INSERT INTO generations
    SELECT generation, lower(hex(randomblob(8))), strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now')
    FROM state WHERE NOT EXISTS (SELECT 1 FROM generations);
    UPDATE state SET generation = (SELECT max(number) FROM generations);
    UPDATE state SET reserved_generation = generation, known_since = generation;

    -- What a document was from the generation of its birth until the one of its death, NULL while
    -- it lives. `follows` is the row that a moved document was until then.
    CREATE TABLE lives (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL,
        root TEXT NOT NULL REFERENCES roots (name),
        path TEXT NOT NULL,
        version TEXT NOT NULL REFERENCES versions (id),
        title TEXT NOT NULL,
        publisher TEXT, url TEXT, date TEXT, country TEXT, language TEXT, type TEXT,
        given_title TEXT,
        sha256 TEXT NOT NULL,
        size_bytes INTEGER NOT NULL,
        modified_ns INTEGER NOT NULL,
        reader TEXT NOT NULL,
        metadata_sha256 TEXT NOT NULL,
        indexed_at TEXT NOT NULL,
        follows INTEGER,
        born INTEGER NOT NULL REFERENCES generations (number),
        died INTEGER REFERENCES generations (number)
    );
    -- A text that came back was shown in `history` since its first time: it ends where the next
    -- one begins. Titles and metadata of then were not kept: they are those of the last state.
    INSERT INTO lives (id, root, path, version, title, publisher, url, date, country, language,
        type, given_title, sha256, size_bytes, modified_ns, reader, metadata_sha256, indexed_at,
        born, died)
    SELECT d.id, d.root, d.path, h.version, d.title, d.publisher, d.url, d.date, d.country,
        d.language, d.type, d.given_title, h.sha256, d.size_bytes, d.modified_ns, h.reader,
        d.metadata_sha256, h.since, first.number, last.number
    FROM history h JOIN documents d ON d.id = h.document
    JOIN generations first ON first.committed_at = h.since
    JOIN generations last ON last.committed_at = min(
        coalesce(h.until, d.indexed_at),
        coalesce((SELECT min(o.since) FROM history o
            WHERE o.document = h.document AND o.since > h.since), '9999')
    )
    WHERE first.number < last.number ORDER BY first.number, d.id;
    INSERT INTO lives (id, root, path, version, title, publisher, url, date, country, language,
        type, given_title, sha256, size_bytes, modified_ns, reader, metadata_sha256, indexed_at,
        born)
    SELECT d.id, d.root, d.path, d.version, d.title, d.publisher, d.url, d.date, d.country,
        d.language, d.type, d.given_title, d.sha256, d.size_bytes, d.modified_ns, d.reader,
        d.metadata_sha256, d.indexed_at, g.number
    FROM documents d JOIN generations g ON g.committed_at = d.indexed_at
    WHERE d.removed_at IS NULL ORDER BY d.id;
    DROP TABLE history;
    DROP TABLE documents;
    ALTER TABLE lives RENAME TO documents;
    CREATE UNIQUE INDEX documents_live ON documents (id) WHERE died IS NULL;
    CREATE INDEX documents_by_id ON documents (id, born);
    CREATE INDEX documents_by_version ON documents (version, died);
    CREATE INDEX documents_by_death ON documents (died) WHERE died IS NOT NULL;
    CREATE INDEX documents_by_origin ON documents (follows) WHERE follows IS NOT NULL;

    -- The text of what has died is empty here: its version holds it.
    CREATE TABLE stretches (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        version TEXT NOT NULL REFERENCES versions (id),
        start INTEGER NOT NULL,
        "end" INTEGER NOT NULL,
        text TEXT NOT NULL,
        context TEXT NOT NULL,
        sentences TEXT NOT NULL,
        language TEXT NOT NULL,
        embedded_sha256 TEXT NOT NULL,
        born INTEGER NOT NULL,
        died INTEGER
    );
    INSERT INTO stretches SELECT p.*, (SELECT generation FROM state), NULL FROM passages p
    ORDER BY p.number;
    -- Numbers that were given out are never given out again, by whatever name the table goes.
    INSERT INTO sqlite_sequence SELECT 'stretches', 0
    WHERE NOT EXISTS (SELECT 1 FROM sqlite_sequence WHERE name = 'stretches');
    UPDATE sqlite_sequence SET seq = coalesce(
        (SELECT seq FROM sqlite_sequence WHERE name = 'passages'), 0
    ) WHERE name = 'stretches';
    DROP TABLE passages;
    ALTER TABLE stretches RENAME TO passages;
    CREATE UNIQUE INDEX passages_live ON passages (version, start, "end") WHERE died IS NULL;
    CREATE INDEX passages_by_version ON passages (version, died);
    CREATE INDEX passages_by_language ON passages (died, language);
    """,
)
