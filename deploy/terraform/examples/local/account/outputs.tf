output "queue_url" {
  description = "The queue that events come in by."
  value       = module.hub.queue_url
}

output "function" {
  description = "The function's name."
  value       = module.hub.function
}
