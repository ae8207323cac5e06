"""What all formats share: how hostile bytes are opened, walked and refused."""
