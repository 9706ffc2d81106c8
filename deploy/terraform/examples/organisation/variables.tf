variable "organization_id" {
  description = "The organisation: o-..."
  type        = string
}

variable "unit_ids" {
  description = "Organisational units (or the root, r-...) whose accounts are defended."
  type        = list(string)
}

variable "region" {
  description = "Where the hub lives."
  type        = string
  default     = "eu-west-1"
}

variable "home_region" {
  description = "Where global services tell what happens: us-east-1, in China cn-north-1, in GovCloud us-gov-west-1."
  type        = string
  default     = "us-east-1"
}

variable "regions" {
  description = "Further regions that are defended. Leave none out that accounts can use: deny those by policy, or an attacker goes there."
  type        = list(string)
  default     = []
}

variable "management_role_arn" {
  description = "A role in the management account that Terraform may assume to defend that account, too, and to attach the guardrail. Null: neither."
  type        = string
  default     = null
}

variable "guarded_ids" {
  description = "Roots, units or accounts that the guardrail is attached to. Empty for none."
  type        = list(string)
  default     = []
}

variable "deployer_arns" {
  description = "ARN patterns of the roles that may still deploy under the guardrail: yours, and that of StackSets."
  type        = list(string)
  default     = ["arn:*:iam::*:role/stacksets-exec-*"]
}

variable "run_as" {
  description = "lambda or daemon."
  type        = string
  default     = "lambda"
}

variable "lambda_zip" {
  description = "With run_as = \"lambda\": bin/riposte-lambda-arm64.zip, from make lambda."
  type        = string
  default     = null
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
  description = "The rights that riposte gets in each account, a role each."
  type        = list(string)
  default     = ["audit", "report"]
}

variable "alarm_topic_arn" {
  description = "The SNS topic that alarms go to."
  type        = string
  default     = null
}

variable "redrive_principals" {
  description = "Roles that may put messages back from the dead-letter queue."
  type        = list(string)
  default     = []
}

variable "checkpoint_bucket" {
  description = "Name of a bucket to make for checkpoints of the record. Null for none."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags for everything."
  type        = map(string)
  default     = {}
}
