"""What a run leaves behind: its folder, gallery, certificate, content credentials, metadata."""
