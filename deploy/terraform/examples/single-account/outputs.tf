output "queue_url" {
  description = "The queue that events come in by."
  value       = module.hub.queue_url
}

output "table" {
  description = "The record."
  value       = module.hub.table
}

output "principal_arn" {
  description = "The role that riposte runs as."
  value       = module.hub.principal_arn
}

output "function" {
  description = "The function's name; null for a daemon."
  value       = module.hub.function
}

output "config" {
  description = "riposte.yaml. It holds the external id, so it is shown only on demand."
  value       = local.config
  sensitive   = true
}
