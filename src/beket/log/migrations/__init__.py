"""The log's own tables, as numbered SQL files that only ever grow in number."""
