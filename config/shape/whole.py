"""All sections of the settings as one, checked."""

from __future__ import annotations

from pathlib import Path

from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from config.shape.clouds import Aws, Azure, Gcp
from config.shape.images import Images
from config.shape.judging import Classes, Declaration, Ignore, OwnBorder
from config.shape.keeping import Database, Driftline, Publish, Retention, Schedule
from config.shape.telling import Logging, Mail, Privacy, Telemetry
from config.shape.traces import Traces


class Settings(BaseSettings):
    """All settings, checked. Built by `config.settings.load`; building one by hand reads no environment."""

    model_config = SettingsConfigDict(
        extra="forbid",
        frozen=True,
        env_prefix="DRIFTLINE_",
        env_nested_delimiter="__",
        case_sensitive=False,
    )

    driftline: Driftline
    database: Database
    publish: Publish
    schedule: Schedule
    retention: Retention
    aws: Aws
    gcp: Gcp
    azure: Azure
    traces: Traces
    classes: Classes
    images: Images
    privacy: Privacy
    mail: Mail
    ignore: tuple[Ignore, ...]
    borders: tuple[OwnBorder, ...]
    declared: tuple[Declaration, ...]
    logging: Logging
    telemetry: Telemetry

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is pydantic-settings' own
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        # config.layers merges the sources itself, because it must know which one each value came from.
        return (init_settings,)

    @property
    def database_url(self) -> str:
        """The snapshot database, without a password (see `database.password_file`)."""
        return self.database.url or f"sqlite:///{self.driftline.state_directory / 'driftline.db'}"

    @property
    def published_path(self) -> Path | None:
        """Where the complete copy for readers goes; None on PostgreSQL, whose readers need no copy."""
        if not self.database_url.startswith("sqlite:"):
            return None
        if self.publish.path:
            return Path(self.publish.path)
        return self.driftline.state_directory / "published" / "driftline.db"
