"""The processes of a replica: fork server, supervisor, client and the channel between them."""
