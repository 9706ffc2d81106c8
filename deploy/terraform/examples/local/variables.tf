variable "shop_account" {
  description = "The account that defends itself."
  type        = string
  validation {
    condition     = can(regex("^[0-9]{12}$", var.shop_account))
    error_message = "An account's id has twelve digits, in quotes."
  }
}

variable "deployer_role" {
  description = "The role in that account that Terraform assumes."
  type        = string
  default     = "OrganizationAccountAccessRole"
}

variable "region" {
  description = "The region that is defended, and in which the outcomes arrive."
  type        = string
  default     = "eu-west-1"
}

variable "home_region" {
  description = "Where global services tell what happens."
  type        = string
  default     = "us-east-1"
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
  default     = ["audit", "report", "contain"]
}

variable "mode" {
  description = "observe, ask or act."
  type        = string
  default     = "observe"
}
