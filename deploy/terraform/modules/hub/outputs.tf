output "queue_url" {
  description = "For sources: sqs in riposte.yaml; of a function for lambda: {queues: [...]}, since it believes no other."
  value       = aws_sqs_queue.events.url
}

output "wake_queue_url" {
  description = "For lambda: {wake_queue: ...} in riposte.yaml; null for a daemon."
  value       = one(aws_sqs_queue.wake[*].url)
}

output "answer_queue_url" {
  description = "For lambda: {answer_queue: ...} in riposte.yaml; null without slack_secret."
  value       = one(aws_sqs_queue.answers[*].url)
}

output "front_url" {
  description = "For riposte slack --url, which prints the manifest of the app in Slack; null without slack_secret."
  value       = local.front ? "${aws_lambda_function_url.front[0].function_url}slack" : null
}

output "queue_arn" {
  description = "Target of a spoke in this account and region."
  value       = aws_sqs_queue.events.arn
}

output "dead_letter_arn" {
  description = "Where a spoke in this account and region leaves what can't be delivered."
  value       = aws_sqs_queue.dead.arn
}

output "bus_arn" {
  description = "Target of spokes in other accounts and regions."
  value       = aws_cloudwatch_event_bus.events.arn
}

output "table" {
  description = "For ledger: dynamodb:TABLE in riposte.yaml."
  value       = aws_dynamodb_table.record.name
}

output "principal_arn" {
  description = "Whom the tiers' roles trust: riposte itself."
  value       = aws_iam_role.own.arn
}

output "function" {
  description = "The function's name; null for a daemon."
  value       = one(aws_lambda_function.riposte[*].function_name)
}

output "operate_arn" {
  description = "The role by which people operate riposte; null where operators names nobody."
  value       = one(aws_iam_role.operate[*].arn)
}
