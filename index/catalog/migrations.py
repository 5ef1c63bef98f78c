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
    -- Who it is; since which generation all that was true then is known, and since which the
    -- passages of what has died are kept; how often something was forgotten. What an older release
    -- left has only its texts and their times.
    ALTER TABLE state ADD COLUMN index_id TEXT NOT NULL DEFAULT '';
    ALTER TABLE state ADD COLUMN known_since INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE state ADD COLUMN passages_since INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE state ADD COLUMN forgotten INTEGER NOT NULL DEFAULT 0;
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
    -- This very change, after all that was; of an index without any history the first generation.
    INSERT INTO generations
    SELECT coalesce((SELECT max(number) + 1 FROM generations), generation),
        lower(hex(randomblob(8))), strftime('%Y-%m-%dT%H:%M:%S+00:00', 'now')
    FROM state;
    UPDATE state SET generation = (SELECT max(number) FROM generations);
    UPDATE state SET reserved_generation = generation, known_since = generation,
        passages_since = generation;

    -- What a document was from the generation of its birth until the one of its death, NULL while
    -- it lives. All that one document was has one line, by whatever ids it went.
    CREATE TABLE lives (
        number INTEGER PRIMARY KEY,
        line INTEGER NOT NULL,
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
        born INTEGER NOT NULL REFERENCES generations (number),
        died INTEGER REFERENCES generations (number)
    );
    -- A moved document took its history along to its new id, and the old id counted as removed, but
    -- not by hand.
    CREATE TEMP TABLE heirs AS
    SELECT d.id AS old, min(n.id) AS new FROM documents d
    JOIN history h ON h.document = d.id
    JOIN history k ON k.version = h.version AND k.sha256 = h.sha256 AND k.reader = h.reader
        AND k.since = h.since AND k.document != h.document
        AND (k.until IS NULL OR k.until > d.removed_at)
    JOIN documents n ON n.id = k.document
    WHERE d.removed_at IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM failures f WHERE f.root = d.root AND f.path = d.path)
    GROUP BY d.id;
    -- A text that came back was shown in `history` since its first time: it ends where the next
    -- one begins, and what began and ended in one second with the generation after. Titles and
    -- metadata of then were not kept: they are those of the last state.
    INSERT INTO lives (line, id, root, path, version, title, publisher, url, date, country,
        language, type, given_title, sha256, size_bytes, modified_ns, reader, metadata_sha256,
        indexed_at, born, died)
    SELECT 0, d.id, d.root, d.path, h.version, d.title, d.publisher, d.url, d.date, d.country,
        d.language, d.type, d.given_title, h.sha256, d.size_bytes, d.modified_ns, h.reader,
        d.metadata_sha256, h.since, first.number, max(last.number, first.number + 1)
    FROM history h JOIN documents d ON d.id = h.document
    JOIN generations first ON first.committed_at = h.since
    JOIN generations last ON last.committed_at = min(
        coalesce(h.until, d.indexed_at),
        coalesce((SELECT min(o.since) FROM history o
            WHERE o.document = h.document AND o.since > h.since), '9999')
    )
    -- What is shown still is a row of its own below.
    WHERE h.until IS NOT NULL OR h.since < d.indexed_at
    ORDER BY first.number, d.id;
    INSERT INTO lives (line, id, root, path, version, title, publisher, url, date, country,
        language, type, given_title, sha256, size_bytes, modified_ns, reader, metadata_sha256,
        indexed_at, born)
    SELECT 0, d.id, d.root, d.path, d.version, d.title, d.publisher, d.url, d.date, d.country,
        d.language, d.type, d.given_title, d.sha256, d.size_bytes, d.modified_ns, d.reader,
        d.metadata_sha256, d.indexed_at, g.number
    FROM documents d JOIN generations g ON g.committed_at = d.indexed_at
    WHERE d.removed_at IS NULL ORDER BY d.id;
    UPDATE lives SET line = (
        WITH RECURSIVE chain (id, steps) AS (
            SELECT lives.id, 0
            UNION ALL
            SELECT heirs.new, steps + 1 FROM chain JOIN heirs ON heirs.old = chain.id
            WHERE steps < 100
        )
        SELECT min(number) FROM lives o
        WHERE o.id = (SELECT id FROM chain ORDER BY steps DESC LIMIT 1)
    );
    DROP TABLE heirs;
    DROP TABLE history;
    DROP TABLE documents;
    ALTER TABLE lives RENAME TO documents;
    CREATE UNIQUE INDEX documents_live ON documents (id) WHERE died IS NULL;
    CREATE INDEX documents_shown ON documents (version) WHERE died IS NULL;
    CREATE INDEX documents_by_id ON documents (id, born);
    CREATE INDEX documents_by_line ON documents (line, died);
    CREATE INDEX documents_by_version ON documents (version, born);
    CREATE INDEX documents_by_death ON documents (died) WHERE died IS NOT NULL;

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
    # What was left out of a document when it was read; of what an older release read, not known.
    "ALTER TABLE documents ADD COLUMN note TEXT;",
    # The encoding that a server named, which its bytes do not say; of what came earlier, not known.
    "ALTER TABLE fetches ADD COLUMN charset TEXT NOT NULL DEFAULT '';",
    """
    -- Signatures get a number, and keys by which those that are alike are found without a look at
    -- all the others. What has no keys yet is listed, so that nobody has to look for it.
    CREATE TABLE numbered (
        id INTEGER PRIMARY KEY,
        version TEXT NOT NULL REFERENCES versions (id),
        kind TEXT NOT NULL,
        signature BLOB NOT NULL,
        UNIQUE (version, kind)
    );
    INSERT INTO numbered (version, kind, signature) SELECT version, kind, signature FROM signatures;
    DROP TABLE signatures;
    ALTER TABLE numbered RENAME TO signatures;
    CREATE TABLE signature_keys (
        key INTEGER NOT NULL,
        signature INTEGER NOT NULL REFERENCES signatures (id) ON DELETE CASCADE,
        PRIMARY KEY (key, signature)
    ) WITHOUT ROWID;
    CREATE INDEX signature_keys_of ON signature_keys (signature);
    CREATE TABLE unsigned (version TEXT PRIMARY KEY REFERENCES versions (id)) WITHOUT ROWID;
    INSERT INTO unsigned SELECT DISTINCT version FROM documents;
    """,
)
