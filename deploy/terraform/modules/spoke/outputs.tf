output "rules" {
  description = "Names of the rules."
  value       = sort([for r in aws_cloudwatch_event_rule.calls : r.name])
}

output "isolation_groups" {
  description = "The security groups in which riposte isolates machines, by VPC: isolation_groups of a playbook, where it should not look for them itself."
  value       = { for vpc, group in aws_security_group.isolation : vpc => group.id }
}

output "undelivered_url" {
  description = "The queue for what can't be delivered; null where it is the hub's."
  value       = one(aws_sqs_queue.undelivered[*].url)
}
