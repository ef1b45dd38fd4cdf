"""The suite: what must hold of every deployment. The wheel carries it as `smokegate.suite`."""
