"""Field cases: deployments as met in the field, each with what is right to say of it."""
