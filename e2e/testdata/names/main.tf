# What somebody runs who has never heard of riposte: names that lead to a shop, and what launches it.
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

resource "aws_route53_zone" "shop" {
  name = "shop.example"
}

# the landing page, which nobody needs any more
resource "aws_route53_record" "landing" {
  zone_id = aws_route53_zone.shop.zone_id
  name = "landing"
  type    = "CNAME"
  ttl     = 300
  records = ["landing.shop.example.s3-website-eu-west-1.amazonaws.com"]
}

resource "aws_route53_record" "mail" {
  zone_id = aws_route53_zone.shop.zone_id
  name    = "mail"
  type    = "A"
  ttl     = 300
  records = ["198.51.100.7"]
}

resource "aws_launch_template" "web" {
  name     = "web"
  image_id = "ami-0123456789abcdef0"

  metadata_options {
    http_tokens   = "optional"
    http_endpoint = "enabled"
  }
}

output "zone" {
  value = aws_route53_zone.shop.zone_id
}

output "template" {
  value = aws_launch_template.web.id
}
