# What somebody runs who has never heard of riposte: two instances without protection.
terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variable "image" {
  type = string
}

resource "aws_instance" "fleet" {
  count         = 2
  ami           = var.image
  instance_type = "t3.micro"
}

output "instances" {
  value = aws_instance.fleet[*].id
}
