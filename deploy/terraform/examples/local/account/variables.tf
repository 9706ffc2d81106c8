variable "outcomes_arn" {
  description = "The central bus."
  type        = string
}

variable "lambda_zip" {
  description = "bin/riposte-lambda-arm64.zip, from make lambda."
  type        = string
}

variable "external_id" {
  description = "Any text that is hard to guess: riposte passes it when it assumes a role."
  type        = string
  sensitive   = true
}

variable "tiers" {
  description = "The rights that riposte gets, a role each."
  type        = list(string)
}

variable "mode" {
  description = "observe, ask or act."
  type        = string
}

variable "deletion_protection" {
  description = "Whether the record refuses to be deleted."
  type        = bool
  default     = true
}
