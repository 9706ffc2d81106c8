output "rules" {
  description = "Names of the rules."
  value       = sort([for r in aws_cloudwatch_event_rule.calls : r.name])
}

output "undelivered_url" {
  description = "The queue for what can't be delivered; null where it is the hub's."
  value       = one(aws_sqs_queue.undelivered[*].url)
}
