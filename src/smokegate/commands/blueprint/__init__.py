"""`smokegate preflight`: what in a blueprint would break a deploy, with line and column; offline."""
