"""The public interface of the database: the views `v1_*` and all that is generated from their catalogue."""
