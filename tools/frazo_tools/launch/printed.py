def printed(plan): raise SystemExit("soon")
