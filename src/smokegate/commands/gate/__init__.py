"""`smokegate gate`: one step of a CI job. Runs the suite, states the result for later steps, exits by the verdict."""
