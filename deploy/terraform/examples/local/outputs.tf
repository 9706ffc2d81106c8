output "outcomes_arn" {
  description = "The bus that outcomes come in by."
  value       = aws_cloudwatch_event_bus.outcomes.arn
}

output "outcomes_log" {
  description = "The log that keeps them."
  value       = aws_cloudwatch_log_group.outcomes.name
}
