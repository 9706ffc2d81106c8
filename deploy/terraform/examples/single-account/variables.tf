variable "region" {
  description = "The region that is defended, and in which riposte lives."
  type        = string
  default     = "eu-west-1"
}

variable "home_region" {
  description = "Where global services tell what happens: us-east-1, in China cn-north-1, in GovCloud us-gov-west-1."
  type        = string
  default     = "us-east-1"
}

variable "run_as" {
  description = "lambda, or daemon: riposte serve, started by you as the role of output principal_arn."
  type        = string
  default     = "daemon"
}

variable "lambda_zip" {
  description = "With run_as = \"lambda\": bin/riposte-lambda-arm64.zip, from make lambda."
  type        = string
  default     = null
}

variable "architecture" {
  description = "Of lambda_zip: arm64 or x86_64."
  type        = string
  default     = "arm64"
}

variable "operators" {
  description = "ARNs of those who may take the role riposte-operate: the brake, orders, reading the record, and nothing in any account. Empty: there is no such role."
  type        = list(string)
  default     = []
}

variable "config_location" {
  description = "Where the function reads its configuration, at its start and within a minute of each change: s3://BUCKET/KEY, of a bucket of this account, or ssm:/NAME, at most 8 KB. Empty: what output config shows, with which it is deployed."
  type        = string
  default     = ""
}

variable "external_id" {
  description = "Any text that is hard to guess: riposte passes it when it assumes a role."
  type        = string
  sensitive   = true
}

variable "tiers" {
  description = "The rights that riposte gets, a role each: audit is enough to observe; report, tag, contain, mend, author and destroy as you dare."
  type        = list(string)
  default     = ["audit", "report", "contain"]
}

variable "mode" {
  description = "What every playbook may do: observe, ask, or act. Single ones are set in riposte.yaml."
  type        = string
  default     = "observe"
  validation {
    condition     = contains(["observe", "ask", "act"], var.mode)
    error_message = "Want observe, ask or act."
  }
}

variable "daemon_principals" {
  description = "ARNs of those who may run the daemon as riposte's role, beside EC2 and ECS: yours, to try it from a shell."
  type        = list(string)
  default     = []
}

variable "role_path" {
  description = "Path of the roles."
  type        = string
  default     = "/"
}

variable "alarm_topic_arn" {
  description = "The SNS topic that alarms go to."
  type        = string
  default     = null
}

variable "deletion_protection" {
  description = "Whether the record refuses to be deleted. On for an account that matters."
  type        = bool
  default     = false
}

variable "tags" {
  description = "Tags for everything."
  type        = map(string)
  default     = {}
}
