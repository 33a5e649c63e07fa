"""Operations that services declare: OpenAPI documents and proto files that the settings name."""
